import type { RuleFinding } from "../finding.ts";
import type { Subject } from "../subject.ts";
import { findChangingLabels } from "./changing-label.ts";
import { findCollapsedSeries } from "./collapsed-series.ts";
import { findCommandLineLabels } from "./command-line-label.ts";
import { findDanglingReferences } from "./dangling-reference.ts";
import { findEmptyIncludes } from "./empty-include.ts";
import { findEmptyPipelines } from "./empty-pipeline.ts";
import { findFileExporters } from "./file-exporter.ts";
import { findFixedPorts } from "./fixed-port.ts";
import { findForeignReferences } from "./foreign-reference.ts";
import { findIdentityOverrides } from "./identity-override.ts";
import { findInsecureTls } from "./insecure-tls.ts";
import { findMetadataAddresses } from "./metadata-address.ts";
import { findMissingReceiver } from "./missing-receiver.ts";
import { findOldTypeNames } from "./old-type-name.ts";
import { findOneSidedConnectors } from "./one-sided-connector.ts";
import { findOpenListeners } from "./open-listener.ts";
import { findPipelinesWithoutSignal } from "./pipeline-signal.ts";
import { findPlainHttp } from "./plain-http.ts";
import { findProcessorOrder } from "./processor-order.ts";
import { findRepeatedReferences } from "./repeated-reference.ts";
import { findReservedNames } from "./reserved-name.ts";
import { findSecrets } from "./secret-in-clear.ts";
import { findTargetInfo } from "./target-info.ts";
import { findUnanchoredNames } from "./unanchored-name.ts";
import { findUnboundedLabels } from "./unbounded-label.ts";
import { findUnknownSections } from "./unknown-section.ts";
import { findUnusedComponents } from "./unused-component.ts";
import { findUnusedVariables } from "./unused-variable.ts";

export { reservedNames } from "./reserved-name.ts";
export { findUnknownComponents } from "./unknown-component.ts";

/** Looks at a subject for one kind of thing. */
export type Rule = (subject: Subject) => RuleFinding[];

/** Every rule by the name under which docs/validation.md describes it, one file each. */
export const rules: Readonly<Record<string, Rule>> = {
  "unknown-section": findUnknownSections,
  "empty-pipeline": findEmptyPipelines,
  "pipeline-signal": findPipelinesWithoutSignal,
  "dangling-reference": findDanglingReferences,
  "repeated-reference": findRepeatedReferences,
  "one-sided-connector": findOneSidedConnectors,
  "missing-receiver": findMissingReceiver,
  "reserved-name": findReservedNames,
  "unused-component": findUnusedComponents,
  "unused-variable": findUnusedVariables,
  "processor-order": findProcessorOrder,
  "old-type-name": findOldTypeNames,
  "foreign-reference": findForeignReferences,
  "secret-in-clear": findSecrets,
  "metadata-address": findMetadataAddresses,
  "open-listener": findOpenListeners,
  "plain-http": findPlainHttp,
  "insecure-tls": findInsecureTls,
  "file-exporter": findFileExporters,
  "fixed-port": findFixedPorts,
  "identity-override": findIdentityOverrides,
  "command-line-label": findCommandLineLabels,
  "unbounded-label": findUnboundedLabels,
  "changing-label": findChangingLabels,
  "collapsed-series": findCollapsedSeries,
  "target-info": findTargetInfo,
  "empty-include": findEmptyIncludes,
  "unanchored-name": findUnanchoredNames,
};
