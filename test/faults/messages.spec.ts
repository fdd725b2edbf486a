import { messageFaults } from "./rows/messages.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(messageFaults);
