// The name under which stack traces show the job module: the compiler writes it as the module's sourceURL, locate.ts
// looks for it in the frames.

/** No path and no address: what V8 prints in a frame is exactly this. */
export const JOB_SCRIPT_NAME = 'streambed-job.js'
