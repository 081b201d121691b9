# docker build -t takopi . && docker build -t takopi-engines -f docs/how-to/docker/engines.Dockerfile .
FROM takopi
USER root
RUN npm install -g @openai/codex && mkdir -p /home/node/.codex && chown node:node /home/node/.codex
USER node
