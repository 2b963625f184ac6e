/** Serves a folder on 127.0.0.1; resolves to the port, which may be another than was asked for unless it is fixed. */
export function serveStatic(options: { folder: string; port: number; isFixed?: boolean }): Promise<number>
