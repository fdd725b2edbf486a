/**
 * One deployment: how far its version is, how its hosts stand, its versions and
 * events, and what can be done. Live events say when to read anew.
 */
import { useQuery } from "@connectrpc/connect-query";
import { Tabs } from "@mantine/core";
import type { Deployment } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { useParams } from "@tanstack/react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { DeploymentActs } from "./deployment-acts.tsx";
import { DeploymentBadge } from "./deployment-badges.tsx";
import { EventsTab } from "./events-tab.tsx";
import { figuresEveryMs } from "./figures-every.ts";
import { HostsTab } from "./hosts-tab.tsx";
import { RolloutTab } from "./rollout-tab.tsx";
import { VersionsTab } from "./versions-tab.tsx";

const defaults = { tab: "rollout", drift: "" };
const parent = { to: "/deployments", title: "Deployments" };

/** The page of one deployment. */
export default function DeploymentPage() {
  const { deploymentId = "" } = useParams({ strict: false }) as { deploymentId?: string };
  const query = useQuery(DeploymentService.method.getDeployment, { deploymentId }, { refetchInterval: figuresEveryMs });
  const deployment = query.data?.deployment;
  return (
    <>
      {deployment === undefined ? (
        <PageHeader title="Deployment" parent={parent} />
      ) : (
        <PageHeader
          title={deployment.name}
          parent={parent}
          lead={
            <>
              <DeploymentBadge state={deployment.state} />{" "}
              {`${deployment.wanted?.pipeline?.name ?? ""}, version ${deployment.wanted?.version ?? 0} of the deployment, changed `}
              <TimeText time={deployment.updateTime} relative />
            </>
          }
          actions={<DeploymentActs deployment={deployment} />}
        />
      )}
      <QueryView query={query}>
        {({ deployment: known }) => known !== undefined && <Parts deployment={known} readMs={query.dataUpdatedAt} />}
      </QueryView>
    </>
  );
}

function Parts({ deployment, readMs }: { deployment: Deployment; readMs: number }) {
  const [{ tab, drift }, setSearch] = useSearchState(defaults);
  return (
    <Tabs value={tab} onChange={(next) => setSearch({ tab: next ?? "rollout" })} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="rollout">Roll-out</Tabs.Tab>
        <Tabs.Tab value="hosts">Hosts</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
        <Tabs.Tab value="events">Events</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="rollout">
        <RolloutTab deployment={deployment} />
      </Tabs.Panel>
      <Tabs.Panel value="hosts">
        <HostsTab deployment={deployment} drift={drift} onDrift={(next) => setSearch({ drift: next })} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <VersionsTab deployment={deployment} />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <EventsTab deploymentId={deployment.deploymentId} readMs={readMs} />
      </Tabs.Panel>
    </Tabs>
  );
}
