/** Largest message either way, in bytes, after decompression. The libraries' defaults are about 4 GiB. */
export const maxMessageBytes = 4 * 1024 * 1024;

/** How often a quiet connection is tried, in milliseconds. Measured at about 60 µs of CPU per ping. */
export const keepaliveMs = 30_000;

/** How long the answer to such a try may take, in milliseconds. */
export const keepaliveTimeoutMs = 10_000;

/** How long a new connection may take to say anything, in milliseconds. */
export const firstBytesMs = 10_000;

/** How long an HTTP/2 connection may stay without its first call, in milliseconds. */
export const firstStreamMs = 30_000;
