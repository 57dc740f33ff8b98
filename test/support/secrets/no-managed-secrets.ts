/** The parts of `SecretVariables` for an environment without MANAGED_SECRET_ENCRYPTION_KEY. */
export const NO_MANAGED_SECRETS = {
  managedKeys: () => undefined,
  hideSecret: () => undefined,
};
