import { PageHeader } from "../../components/page-header.tsx";

/** What the fleet does and costs now. */
export default function OverviewPage() {
  return <PageHeader title="Overview" lead="What runs on the fleet, what it costs, and what changes." />;
}
