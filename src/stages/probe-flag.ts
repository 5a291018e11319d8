// What makes the program of a worker try a device and end, instead of serving jobs.

/** The argument before the candidate. */
export const probeFlag = '--probe';
