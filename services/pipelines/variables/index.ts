// Which value each variable of a pipeline has in one rendering; what text is a value of which type is
// @phoenix/validation's to say. Pure: nothing here reads, writes or asks.
export { type GivenValues, resolveVariables } from "./resolve-variables.ts";
