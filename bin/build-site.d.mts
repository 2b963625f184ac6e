/** Where the built site lies. */
export const siteFolder: string
/** True if the site is there and no source file is newer. */
export function isSiteFresh(): boolean
/** Runs `vite build` quietly. */
export function buildSite(): Promise<void>
