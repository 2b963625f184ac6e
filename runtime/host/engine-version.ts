// The version of what a run does: it changes whenever the same job and settings would give another trace hash.

export const ENGINE_VERSION = '1'
