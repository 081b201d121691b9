const telegram = [
  ..."bot_token chat_id allowed_user_ids message_overflow voice_transcription voice_max_bytes".split(" "),
  ..."voice_transcription_model voice_transcription_base_url voice_transcription_api_key".split(" "),
  ..."session_mode show_resume_line forward_coalesce_s media_group_debounce_s".split(" "),
  ..."topics.enabled topics.scope topics.mode files.enabled files.auto_put files.auto_put_mode".split(" "),
  ..."files.uploads_dir files.allowed_user_ids files.deny_globs".split(" "),
];

/** Every key of Takopi 0.22, as its config has it. */
export const takopiKeys: readonly string[] = [
  ..."watch_config default_engine default_project transport plugins.enabled plugins.<id>".split(" "),
  ...telegram.map((key) => `transports.telegram.${key}`),
  ..."path worktrees_dir default_engine worktree_base chat_id".split(" ").map((key) => `projects.<alias>.${key}`),
  ..."codex.extra_args codex.profile opencode.model pi.model pi.provider pi.extra_args".split(" "),
  ..."claude.model claude.allowed_tools claude.dangerously_skip_permissions claude.use_api_billing".split(" "),
];

/** Every command of its chat and of its command line. */
export const takopiCommands: readonly string[] = [
  ..."/cancel /agent /model /reasoning /trigger /ctx /new /topic /file".split(" "),
  ...["takopi", "takopi <engine>", "takopi init", "takopi chat-id", "takopi doctor", "takopi plugins"],
  ...["takopi config", "takopi onboarding-paths", "--final-notify", "--onboard", "--transport", "--debug", "--version"],
];
