/** Says why bytes are not a sketch this version can read; the caller decides whether to drop or to report them. */
export class SketchError extends Error {
  override readonly name = "SketchError";
}
