// Operators as the stage calls them: where one stands says already that it's a source or a sink.

export function isSink(name: string): boolean {
  return name.startsWith('Sink: ')
}

export function shortName(name: string): string {
  return name.replace(/^(Source|Sink): /, '')
}
