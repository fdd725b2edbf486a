import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RoleSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { expect } from "chai";
import { methodRules } from "./method-rules.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "access.md"), "utf8");

/** The rows of the matrix as the page is to have them. */
const rows = methodRules
  .filter(([, { who }]) => who !== "services")
  .map(([method, { who, role, audited, fourEyes }]) => {
    const call = method.replace(/^phoenix\.([a-z]+)\.v1\./, "$1 ");
    const least = who === "anyone" ? "anyone" : RoleSchema.value[role]?.localName.toLowerCase();
    return `| ${call} | ${least} | ${audited ? "audited" : ""} | ${fourEyes === "never" ? "" : "four eyes"} |`;
  });

describe("docs/access.md", () => {
  it("has the matrix as the table has it", () => {
    const [, section = ""] = page.split("\n## The matrix\n");
    const [own = ""] = section.split("\n## ");
    const written = own
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(1);
    expect(written).to.deep.equal(rows);
  });
});
