import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

const turns = {
  auto: { next: "light", says: "Colours as the system has them", Icon: IconDeviceDesktop },
  light: { next: "dark", says: "Light colours", Icon: IconSun },
  dark: { next: "auto", says: "Dark colours", Icon: IconMoon },
} as const;

/** Switches between the system's colours, light and dark. */
export function ColorSchemeSwitch() {
  // Stopping transitions for the switch would make a style element.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { next, says, Icon } = turns[colorScheme];
  return (
    <Tooltip label={`${says}; press for ${turns[next].says.toLowerCase()}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={says} onClick={() => setColorScheme(next)}>
        <Icon size={18} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
