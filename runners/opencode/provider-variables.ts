/**
 * Variables that opencode and its providers read.
 *
 * @see https://opencode.ai/docs/providers (1.18.33)
 */
export const OPENCODE_VARIABLES: readonly string[] = [
  "OPENCODE_*",
  ...["ANTHROPIC_*", "OPENAI_*", "OPENROUTER_*", "GEMINI_*", "GROQ_*", "MISTRAL_*", "DEEPSEEK_*", "XAI_*"],
  ...["AWS_*", "AZURE_*", "CLOUDFLARE_*", "GOOGLE_*", "VERTEX_*", "GITHUB_TOKEN", "GITLAB_*", "HF_TOKEN"],
  ...["CEREBRAS_*", "FIREWORKS_*", "MOONSHOT_*", "MINIMAX_*", "NVIDIA_*", "TOGETHER_*", "ZHIPU_*"],
];
