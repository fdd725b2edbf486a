import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { StoredBook } from "../store/index.ts";

/** A book as it travels in lists: without its YAML. */
export function bookMessage({ book, version, author, createdAt }: StoredBook) {
  const { name, title, unit, currency, asOf, source, trust } = book;
  return {
    ...{ name, title, unit, currency, asOf, source, trust, version, author },
    ...(version === 0 ? {} : { createTime: timestampFromDate(createdAt) }),
  };
}

/** A book as it travels alone: with its YAML. */
export function wholeBookMessage(stored: StoredBook) {
  return { ...bookMessage(stored), yaml: stored.yaml };
}
