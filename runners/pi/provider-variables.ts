/**
 * Variables in which pi looks for the keys of its built-in providers.
 *
 * @see https://github.com/earendil-works/pi/blob/main/packages/ai/src/env-api-keys.ts (0.74.2)
 */
export const PROVIDER_VARIABLES: readonly string[] = [
  "AI_GATEWAY_API_KEY",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_OAUTH_TOKEN",
  "AWS_*",
  "AZURE_OPENAI_*",
  "CEREBRAS_API_KEY",
  "CLOUDFLARE_*",
  "COPILOT_GITHUB_TOKEN",
  "DEEPSEEK_API_KEY",
  "FIREWORKS_API_KEY",
  "GEMINI_API_KEY",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_CLOUD_*",
  "GROQ_API_KEY",
  "HF_TOKEN",
  "KIMI_API_KEY",
  "MINIMAX_*",
  "MISTRAL_API_KEY",
  "MOONSHOT_API_KEY",
  "OPENAI_API_KEY",
  "OPENCODE_API_KEY",
  "OPENROUTER_API_KEY",
  "TOGETHER_API_KEY",
  "XAI_API_KEY",
  "XIAOMI_*",
  "ZAI_API_KEY",
];
