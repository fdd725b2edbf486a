/** How often figures of collectors are read anew, in ms: they move all the time, and no event tells of it. */
export const figuresEveryMs = 15_000;
