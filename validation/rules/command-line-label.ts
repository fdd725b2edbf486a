import type { RuleFinding } from "../finding.ts";
import { componentType, isMapping, type Subject } from "../subject.ts";
import { hostReceivers } from "./missing-receiver.ts";

/** The process scraper reports command lines, which it does unless told otherwise: a warning. */
export function findCommandLineLabels(subject: Subject): RuleFinding[] {
  return Object.entries(subject.components.receivers).flatMap(([id, settings]) => {
    if (!hostReceivers.includes(componentType(id)) || !isMapping(settings) || !isMapping(settings.scrapers)) return [];
    if (!("process" in settings.scrapers)) return [];
    const scraper = isMapping(settings.scrapers.process) ? settings.scrapers.process : {};
    const attributes = isMapping(scraper.resource_attributes) ? scraper.resource_attributes : {};
    const commandLine = attributes["process.command_line"];
    if (isMapping(commandLine) && commandLine.enabled === false) return [];
    return [
      {
        severity: "warning",
        at: ["receivers", id, "scrapers", "process", "resource_attributes", "process.command_line"],
        message: "Command lines become a label: they carry secrets, and every new one makes new series.",
        suggestion: "Set process.command_line: {enabled: false} under resource_attributes of the process scraper.",
      },
    ];
  });
}
