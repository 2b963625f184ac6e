// Which operator runs a windows' spec: a fast one where there is one for the case, else the general one. The choice
// depends on the plan alone.

import type { StreamOperator } from '../operator.ts'
import { hasPanes, PaneWindowOperator } from './pane-window-operator.ts'
import { WindowOperator } from './window-operator.ts'
import type { WindowSpec } from './window-spec.ts'

export function createWindowOperator(spec: WindowSpec): StreamOperator {
  return hasPanes(spec) ? new PaneWindowOperator(spec) : new WindowOperator(spec)
}
