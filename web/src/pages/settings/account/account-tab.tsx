import { Button } from "@mantine/core";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { DefinitionList } from "../../../components/definition-list.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { logout } from "../../../data/session.ts";
import { useMay, useSession } from "../../../data/use-session.ts";
import { GrantList } from "../grants/grant-list.tsx";
import { ChangePassword } from "./change-password.tsx";

/** Who is logged in, with what rights, and the password. */
export function AccountTab() {
  const session = useSession();
  const mayChange = useMay(AuthService.method.changePassword);
  if (session.state === "open") {
    return (
      <EmptyState
        title="Nobody needs to log in to this server"
        detail="It was started with --open: whoever reaches it is an administrator. Without that, users log in, and this page has their passwords and tokens."
      />
    );
  }
  if (session.state !== "in") return null;
  const { identity, methods } = session;
  return (
    <>
      <Panel
        title="Logged in"
        aside={
          <Button size="xs" variant="default" onClick={() => void logout()}>
            Log out
          </Button>
        }
      >
        <DefinitionList
          facts={[
            ["Name", identity?.name],
            ["Called", identity?.displayName],
            ["Roles", <GrantList key="roles" grants={identity?.grants ?? []} none="none" />],
            ["May call", methods === undefined ? "" : `${methods.size} kinds of calls; the rights have the list`],
          ]}
        />
      </Panel>
      {mayChange && (
        <Panel title="Change the password" note="Your other sessions end with it, on every machine.">
          <ChangePassword />
        </Panel>
      )}
    </>
  );
}
