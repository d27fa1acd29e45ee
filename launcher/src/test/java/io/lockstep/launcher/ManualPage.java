package io.lockstep.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A manual page in man(7)'s language, made from a command as it describes itself, so that page and
/// `--help` never differ.
final class ManualPage {
  private final List<String> lines = new ArrayList<>();

  /// A section that no command says of itself.
  ///
  /// @param name in capitals, as manual pages write it
  /// @param entries term and description in turn
  record Section(String name, List<String> entries) {}

  private ManualPage() {}

  /// The whole page.
  ///
  /// @param section 1 for everybody's commands, 8 for administrators'
  /// @param more what comes after the options, in this order
  static String of(CommandSpec command, int section, List<Section> more) {
    var page = new ManualPage();
    String name = command.name();
    page.lines.add(
        ".TH \"%s\" \"%d\" \"\" \"Lockstep\" \"Lockstep\""
            .formatted(name.toUpperCase(Locale.ROOT), section));
    page.heading("NAME");
    page.lines.add(text(name) + " \\- " + text(description(command).getFirst()));
    page.heading("SYNOPSIS");
    page.synopsis(command);
    page.heading("DESCRIPTION");
    page.paragraphs(description(command));
    page.heading("OPTIONS");
    page.options(command);
    page.commands(command);
    page.notes(command);
    more.forEach(page::section);
    return String.join("\n", page.lines) + "\n";
  }

  private static List<String> description(CommandSpec command) {
    return List.of(command.usageMessage().description());
  }

  private void heading(String name) {
    lines.add(".SH " + name);
  }

  private void synopsis(CommandSpec command) {
    String said = new Help(command, Help.defaultColorScheme(Ansi.OFF)).synopsis(0).strip();
    lines.add(text(said.replaceAll("\\s+", " ")));
  }

  private void paragraphs(List<String> all) {
    for (int i = 0; i < all.size(); i++) {
      if (i > 0) {
        lines.add(".PP");
      }
      lines.add(text(all.get(i)));
    }
  }

  private void options(CommandSpec command) {
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        entry(bold(option), String.join(" ", option.description()));
      }
    }
    command.positionalParameters().stream()
        .filter(parameter -> !parameter.hidden())
        .forEach(parameter ->
            entry(
                "\\fI" + text(parameter.paramLabel()) + "\\fR",
                String.join(" ", parameter.description())));
  }

  private static String bold(OptionSpec option) {
    var names = new ArrayList<String>();
    for (String name : option.names()) {
      names.add("\\fB" + text(name) + "\\fR");
    }
    String label = option.arity().max() == 0 ? "" : "=\\fI" + text(option.paramLabel()) + "\\fR";
    return String.join(", ", names) + label;
  }

  private void entry(String term, String description) {
    lines.add(".TP");
    lines.add(term);
    lines.add(text(description));
  }

  /// Each command below this one, and those below them.
  private void commands(CommandSpec command) {
    if (below(command).isEmpty()) {
      return;
    }
    heading("COMMANDS");
    below(command).forEach(this::command);
  }

  private void command(CommandSpec command) {
    lines.add(".SS \"" + text(command.qualifiedName()) + "\"");
    synopsis(command);
    lines.add(".PP");
    paragraphs(description(command));
    options(command);
    List<String> footer = footer(command);
    if (!footer.isEmpty()) {
      lines.add(".PP");
      paragraphs(footer);
    }
    below(command).forEach(this::command);
  }

  private static List<CommandSpec> below(CommandSpec command) {
    return command.subcommands().values().stream()
        .map(line -> line.getCommandSpec())
        .filter(spec -> !spec.helpCommand() && !spec.usageMessage().hidden())
        .distinct()
        .toList();
  }

  private void notes(CommandSpec command) {
    List<String> footer = footer(command);
    if (!footer.isEmpty()) {
      heading("NOTES");
      paragraphs(footer);
    }
  }

  /// What `--help` ends with, its lines put together again; what follows a full stop and begins
  /// with "Exit codes" is a paragraph of its own.
  private static List<String> footer(CommandSpec command) {
    String all = String.join(" ", command.usageMessage().footer()).strip();
    return all.isEmpty() ? List.of() : List.of(all.split("(?<=\\.) (?=Exit codes)"));
  }

  private void section(Section section) {
    heading(section.name());
    for (int i = 0; i < section.entries().size(); i += 2) {
      entry("\\fB" + text(section.entries().get(i)) + "\\fR", section.entries().get(i + 1));
    }
  }

  /// As roff takes it literally; a line that begins with a dot or an apostrophe would be a request.
  private static String text(String plain) {
    String safe = plain.replace("\\", "\\e").replace("-", "\\-");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
