# syntax=docker/dockerfile:1
# The image of gemini-sync-bridge: the program, its production dependencies, and an SBOM of them in /app/sbom.cdx.json.
#
#     docker build --build-arg REVISION="$(git rev-parse HEAD)" --tag gemini-sync-bridge:0.1.0 .
#
# The base is pinned by digest, so that the same commit makes the same image. To update it, choose a tag, and take the digest that
# `docker buildx imagetools inspect node:TAG` prints. Both stages need the same one: the build compiles code for its version of Node.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# No package that the program uses needs an install script.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE README.md ./
COPY bin ./bin
COPY connectors ./connectors
COPY examples ./examples
COPY kestra ./kestra
COPY migrations ./migrations
COPY presets ./presets
COPY public ./public
COPY schemas ./schemas
COPY scripts ./scripts
COPY src ./src
COPY templates ./templates
RUN npm run build
# What npm would publish, with the dependencies of the lock file.
WORKDIR /app
RUN npm pack /src --ignore-scripts --pack-destination /tmp \
  && tar -xzf /tmp/gemini-sync-bridge-*.tgz --strip-components=1 \
  && cp /src/package-lock.json . \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx > sbom.cdx.json \
  && rm package-lock.json \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="gemini-sync-bridge" \
  org.opencontainers.image.description="Keeps Gemini Enterprise in step with SQL tables and internal APIs." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# The program needs Node alone; package managers would only be more to maintain. The working directory belongs to the user for the
# embedded state of a trial.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
  && ln -s /app/bin/gemini-sync-bridge.cjs /usr/local/bin/gemini-sync-bridge \
  && install -d -o 10001 -g 10001 /workspace
COPY --from=build /app /app
ENV NODE_ENV=production
WORKDIR /workspace
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 8080
# For `serve` on its default port; Kubernetes has probes of its own. Another port: --health-cmd.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:8080/healthz').then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["gemini-sync-bridge"]
CMD ["--help"]
