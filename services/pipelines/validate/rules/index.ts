import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";
import { findCommandLineLabels } from "./command-line-label.ts";
import { findDanglingReferences } from "./dangling-reference.ts";
import { findForeignReferences } from "./foreign-reference.ts";
import { findMissingReceiver } from "./missing-receiver.ts";
import { findOldTypeNames } from "./old-type-name.ts";
import { findReservedNames } from "./reserved-name.ts";
import { findSecrets } from "./secret-in-clear.ts";
import { findUnusedComponents } from "./unused-component.ts";
import { findUnusedVariables } from "./unused-variable.ts";

/** Looks at a subject for one kind of thing. */
export type Rule = (subject: Subject) => RuleFinding[];

/** Every rule, one file each. */
export const rules: readonly Rule[] = [
  findDanglingReferences,
  findMissingReceiver,
  findForeignReferences,
  findSecrets,
  findReservedNames,
  findUnusedComponents,
  findUnusedVariables,
  findCommandLineLabels,
  findOldTypeNames,
];
