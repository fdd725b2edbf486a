import { notifications } from "@mantine/notifications";
import { IconCheck, IconX } from "@tabler/icons-react";
import { sayError } from "../data/errors.ts";

/** Says in passing that something was done. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "teal", icon: <IconCheck size={16} />, autoClose: 5_000 });
}

/** Says that something failed, until it is closed. */
export function toastError(title: string, error: unknown): void {
  notifications.show({ title, message: sayError(error), color: "red", icon: <IconX size={16} />, autoClose: false });
}
