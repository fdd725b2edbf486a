import { PasswordChange } from "../../../components/password-change.tsx";
import { toastDone } from "../../../components/toast.tsx";
import classes from "../settings.module.css";

/** Changes one's own password. */
export function ChangePassword() {
  return (
    <PasswordChange
      className={`${classes.form} ${classes.narrow}`}
      currentLabel="Password now"
      onChanged={() => toastDone("The password was changed.")}
      foot={(button) => <div className={classes.foot}>{button}</div>}
    />
  );
}
