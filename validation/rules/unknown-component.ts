import type { ComponentList } from "@phoenix/collector";
import type { RuleFinding } from "../finding.ts";
import { nameList } from "../name-list.ts";
import { nearestName } from "../nearest-name.ts";
import { componentType, isMapping, sections } from "../subject.ts";
import { newTypeName, oldTypeName } from "./old-type-name.ts";

/**
 * A component that a collector does not have: an error. Old and new spellings of a type count as the same.
 * `who` begins the sentence about it.
 */
export function findUnknownComponents(
  value: unknown,
  components: ComponentList,
  who = "The collector has",
): RuleFinding[] {
  if (!isMapping(value)) return [];
  return sections.flatMap((section) => {
    const defined = value[section];
    const has = components[section];
    return Object.keys(isMapping(defined) ? defined : {}).flatMap((id): RuleFinding[] => {
      const type = componentType(id);
      if (has.includes(type) || has.includes(newTypeName(section, type) ?? type)) return [];
      const old = oldTypeName(section, type);
      const nearest = old !== undefined && has.includes(old) ? old : nearestName(type, has);
      return [
        {
          severity: "error",
          at: [section, id],
          message: `${who} no ${section.slice(0, -1)} of the type ${type}.`,
          suggestion: nearest
            ? `Write ${nearest}${id.slice(type.length)} here and where it is used.`
            : `It has ${nameList(has)}; use one of these, or a collector that has ${type}.`,
        },
      ];
    });
  });
}
