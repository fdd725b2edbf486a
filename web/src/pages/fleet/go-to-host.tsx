import { TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

/** Opens the page of a host by its name or id, with Enter. */
export function GoToHost() {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void navigate({ to: `/fleet/${encodeURIComponent(name.trim())}` });
      }}
    >
      <TextInput
        label="Go to host"
        placeholder="Name or id, then Enter"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </form>
  );
}
