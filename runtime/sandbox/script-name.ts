// The name under which stack traces show the job module: the compiler writes it, locate.ts looks for it.
export const JOB_SCRIPT_NAME = 'streambed-job.js'
