import { ActionIcon, Menu } from "@mantine/core";
import { IconLogout, IconUserCircle } from "@tabler/icons-react";
import { logout } from "../data/session.ts";
import { useSession } from "../data/use-session.ts";

/** Who is logged in, and the way out. */
export function AccountMenu() {
  const session = useSession();
  if (session.state !== "in" && session.state !== "open") return null;
  const name = session.identity?.displayName || session.identity?.name || "";
  const isOpen = session.state === "open";
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={name === "" ? "Account" : `Account of ${name}`}>
          <IconUserCircle size={20} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{isOpen ? "Nobody needs to log in to this server" : name}</Menu.Label>
        {!isOpen && (
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void logout()}>
            Log out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
