// What stands outside of the cluster as long as a run lasts: the file system that file sinks write to, and systems that
// connectors keep there under a name, such as the log. It outlives every attempt of a job. All of it is plain fields, so
// that it can be looked at while a job runs and when it has ended.

/** A file as a sink has written it so far. Flink's life cycle of part files: only finished ones are for readers. */
export interface WrittenFile {
  text: string
  state: 'in-progress' | 'pending' | 'finished'
}

/** A system outside of the cluster, with a clock of its own. */
export interface OutsideSystem {
  /** When `onAlarm` wants to be called, in ms of processing time; Infinity for never. */
  readonly nextAlarmMs: number
  onAlarm(nowMs: number): void
  /** Lets go of what the garbage collector can't; once nobody asks it any more. */
  close?(): void
}

export class Outside {
  /** By path, in the order in which they were begun. */
  readonly files = new Map<string, WrittenFile>()
  readonly systems = new Map<string, OutsideSystem>()
  /** An alarm of a system may have changed; set by whoever drives their clocks. */
  alarmChanged: () => void = () => undefined
  /** Processing time in ms; set by whoever drives their clocks. */
  nowMs: () => number = () => 0

  /** The system of this name, made when it's first asked for. */
  system<S extends OutsideSystem>(name: string, create: () => S): S {
    const system = this.systems.get(name) ?? create()
    this.systems.set(name, system)
    return system as S
  }

  /** As `system`, for whoever only looks: one that nobody has asked for yet isn't there afterwards, either. */
  seen<S extends OutsideSystem>(name: string, create: () => S): S {
    return (this.systems.get(name) as S | undefined) ?? create()
  }

  /** Nobody looks at it any more. */
  close(): void {
    for (const system of this.systems.values()) system.close?.()
  }
}
