FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY .build.mjs tsconfig.json ./
COPY src src
COPY runners runners
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE* ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN ln -s /app/dist/main.js /usr/local/bin/takopi && chmod +x dist/main.js \
  && mkdir -p -m 700 /home/node/.takopi && mkdir -p /projects && chown node:node /home/node/.takopi /projects \
  # Mounted projects belong to another user, and git would refuse them.
  && git config --system --add safe.directory '*'
ENV NODE_ENV=production
USER node
# Config and state live in the first, the projects in the second. Engines are added by an image built on this one.
VOLUME ["/home/node/.takopi", "/projects"]
WORKDIR /projects
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=20s --start-period=1m CMD ["takopi", "doctor", "--running"]
ENTRYPOINT ["tini", "--", "takopi"]
