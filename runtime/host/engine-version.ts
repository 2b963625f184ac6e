// The version of what a run does: it changes whenever the same job and settings would give another trace hash, so that
// a run recorded elsewhere can be told apart from one that went wrong.

export const ENGINE_VERSION = '1'
