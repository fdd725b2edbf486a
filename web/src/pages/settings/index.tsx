import { Tabs } from "@mantine/core";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import type { ComponentType } from "react";
import { PageHeader } from "../../components/page-header.tsx";
import { useSearchState } from "../../data/use-search-state.ts";
import { useMay } from "../../data/use-session.ts";
import { AccountTab } from "./account/account-tab.tsx";
import { ApprovalsTab } from "./approvals/approvals-tab.tsx";
import { EnrolmentTab } from "./enrolment/enrolment-tab.tsx";
import { PriceBooksTab } from "./price-books/price-books-tab.tsx";
import { RightsTab } from "./rights/rights-tab.tsx";
import { TokensTab } from "./tokens/tokens-tab.tsx";
import { UsersTab } from "./users/users-tab.tsx";

const defaults = { tab: "account" };

/** Who may do what, how hosts join, what things cost; each part for those who may look at it. */
export default function SettingsPage() {
  const [{ tab }, setSearch] = useSearchState(defaults);
  const parts: readonly { value: string; title: string; shown: boolean; Part: ComponentType }[] = [
    { value: "account", title: "You", shown: true, Part: AccountTab },
    { value: "users", title: "Users", shown: useMay(AuthService.method.listUsers), Part: UsersTab },
    { value: "tokens", title: "API tokens", shown: useMay(AuthService.method.listApiTokens), Part: TokensTab },
    {
      value: "enrolment",
      title: "Enrolment",
      shown: useMay(FleetService.method.listEnrollmentTokens),
      Part: EnrolmentTab,
    },
    {
      value: "price-books",
      title: "Price books",
      shown: useMay(BenchmarkService.method.listPriceBooks),
      Part: PriceBooksTab,
    },
    { value: "approvals", title: "Approvals", shown: useMay(AuthService.method.listApprovals), Part: ApprovalsTab },
    { value: "rights", title: "Rights", shown: useMay(AuthService.method.getMatrix), Part: RightsTab },
  ];
  const offered = parts.filter(({ shown }) => shown);
  const here = offered.some(({ value }) => value === tab) ? tab : defaults.tab;
  return (
    <>
      <PageHeader title="Settings" lead="Who may do what, how hosts join, and what vendors charge." />
      <Tabs
        value={here}
        onChange={(next) => setSearch({ tab: next ?? defaults.tab }, { replace: false })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {offered.map(({ value, title }) => (
            <Tabs.Tab key={value} value={value}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {offered.map(({ value, Part }) => (
          <Tabs.Panel key={value} value={value}>
            <Part />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
