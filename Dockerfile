# syntax=docker/dockerfile:1

# Both stages have the same Debian below them: sqlite3's native part is compiled here and runs there.
FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY migrations migrations
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
# Other containers and the host cannot reach loopback inside a container.
ENV NODE_ENV=production \
    GANGWAY_HTTP__HOST=0.0.0.0
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
RUN install -d -o node -g node -m 0700 /data
# Only /data and /tmp are written to, so that `docker run --read-only --tmpfs /tmp` works.
USER node
WORKDIR /data
VOLUME /data
EXPOSE 28917
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "/app/dist/src/main.js", "healthcheck", "-c", "/data/config.yaml"]
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["run", "-c", "/data/config.yaml"]
