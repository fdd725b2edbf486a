// For specs: the collector they use. Not part of the product.
export { findTestCollector } from "./find-test-collector.ts";
