/** Running mean and variance of a sample, one value at a time (Welford, Technometrics 4(3), 1962). */
export class RunningSample {
  #count = 0;
  #mean = 0;
  #squares = 0;

  /** Takes one value more. */
  add(value: number): void {
    this.#count += 1;
    const step = value - this.#mean;
    this.#mean += step / this.#count;
    this.#squares += step * (value - this.#mean);
  }

  /** Values so far. */
  get count(): number {
    return this.#count;
  }

  /** Arithmetic mean; 0 of nothing. */
  get mean(): number {
    return this.#mean;
  }

  /** Unbiased variance; 0 of fewer than two values. */
  get variance(): number {
    return this.#count < 2 ? 0 : this.#squares / (this.#count - 1);
  }
}

/** The sample of these values. */
export function sampleOf(values: Iterable<number>): RunningSample {
  const sample = new RunningSample();
  for (const value of values) sample.add(value);
  return sample;
}
