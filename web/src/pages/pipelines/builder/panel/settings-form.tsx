import { checkSetting } from "../library/check-setting.ts";
import type { ComponentType } from "../library/component-type.ts";
import { readSettings, settingAt, withSetting } from "../library/settings-document.ts";
import classes from "./panel.module.css";
import { SettingField } from "./setting-field.tsx";

/** The settings of a component that the library has fields for. */
export function SettingsForm({
  type,
  settings,
  readOnly,
  onChange,
}: {
  type: ComponentType;
  settings: string;
  readOnly: boolean;
  onChange: (settings: string) => void;
}) {
  const document = readSettings(settings);
  if (document === undefined) return <p className={classes.wrong}>These settings are no mapping: mend them as YAML.</p>;
  const shown = type.fields.filter(({ within }) => within === undefined || document.hasIn(within));
  if (shown.length === 0) return <p className="px-dim">There is no form for its settings. Edit them as YAML.</p>;
  return (
    <div className={classes.form}>
      {shown.map((field) => {
        const value = settingAt(document, field.path);
        return (
          <SettingField
            key={field.path.join(".")}
            field={field}
            value={value}
            wrong={checkSetting(field, value)}
            readOnly={readOnly}
            onChange={(next, spelling) => onChange(withSetting(settings, field.path, next, spelling))}
          />
        );
      })}
    </div>
  );
}
