/** Why a configuration is not running: words for people, the collector's own where it had some. */
export type Refusal = {
  ok: false;
  words: string;
  /** True when the same again may well succeed. */
  retryable: boolean;
};
