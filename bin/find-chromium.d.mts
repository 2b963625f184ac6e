export interface FoundChromium {
  readonly kind: 'env' | 'playwright' | 'system'
  readonly path: string
}
export declare const advice: string
export declare function findChromium(): FoundChromium | null
export declare function ensureChromium(): FoundChromium | null
