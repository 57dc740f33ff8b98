import { EVERY_COMMAND, type Documentation } from '../documentation.ts';

export const COMPLETION: Documentation = {
  summary: 'print a script that completes commands in a shell',
  description: [
    'Prints a script for a shell. With it, the tab key completes commands, options, their values, and paths. The script does not start this program again, so completion is fast; print it again after an upgrade.',
  ],
  exits: EVERY_COMMAND,
  examples: [
    {
      about: 'Complete commands in bash, in this session and in later ones',
      command: [
        'gemini-sync-bridge completion bash > ~/.gemini-sync-bridge-completion',
        'echo "source ~/.gemini-sync-bridge-completion" >> ~/.bashrc',
        'source ~/.gemini-sync-bridge-completion',
      ],
    },
    {
      about: 'Complete commands in zsh, after compinit',
      command: ['source <(gemini-sync-bridge completion zsh)'],
    },
    {
      about: 'Complete commands in fish',
      command: [
        'gemini-sync-bridge completion fish \\',
        '  > ~/.config/fish/completions/gemini-sync-bridge.fish',
      ],
    },
  ],
};
