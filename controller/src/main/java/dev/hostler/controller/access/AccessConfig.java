package dev.hostler.controller.access;

import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.config.ConfigSection;
import dev.hostler.controller.host.HostSelector;
import dev.hostler.controller.host.SelectorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The tables [[role]] and [[operator]].
 *
 * @param roles custom roles, in order; tables of one name add up
 * @param operators roles of operators by name, in place of those in their certificates
 */
public record AccessConfig(List<Role> roles, Map<String, Set<String>> operators) {
  private static final String NAME = "[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?";

  /** Nothing but the built-in roles, and operators have those of their certificates. */
  public static final AccessConfig NONE = new AccessConfig(List.of(), Map.of());

  public AccessConfig {
    roles = List.copyOf(roles);
    operators = Map.copyOf(operators);
  }

  /** Reads them. */
  public static AccessConfig read(ConfigReader reader, HostSelector.Compiler selectors) {
    List<Role> roles = new ArrayList<>();
    for (ConfigSection table : reader.tables("role")) {
      roles.add(role(table, selectors));
    }
    Set<String> names = new TreeSet<>();
    Role.BUILT_IN.forEach(role -> names.add(role.name()));
    roles.forEach(role -> names.add(role.name()));
    Map<String, Set<String>> operators = new LinkedHashMap<>();
    for (ConfigSection table : reader.tables("operator")) {
      operator(table, names, operators);
    }
    return new AccessConfig(roles, operators);
  }

  /** The operator of a name: with the roles configured for it, else those of its certificate. */
  public Operator operator(String name, Set<String> certified) {
    return new Operator(name, operators.getOrDefault(name, certified));
  }

  private static Role role(ConfigSection table, HostSelector.Compiler selectors) {
    String name = table.requiredString("name", "web-deployer");
    if (!name.matches(NAME)) {
      table.problem("name", "use at most 64 lower-case letters, digits and -, a letter first");
    } else if (Role.BUILT_IN.stream().anyMatch(role -> role.name().equals(name))) {
      table.problem("name", "\"" + name + "\" is a built-in role; choose another name");
    }
    Set<Permission> permissions = permissions(table);
    String selector = table.string("selector", Scope.EVERY_HOST).strip();
    try {
      selectors.compile(selector);
    } catch (SelectorException e) {
      table.problem("selector", String.valueOf(e.getMessage()));
    }
    Scope scope =
        new Scope(
            selector,
            globs(table, "bundles"),
            globs(table, "actions"),
            table.bool("commands", false));
    refuseUseless(table, permissions, scope);
    return new Role(name, permissions, scope);
  }

  private static Set<Permission> permissions(ConfigSection table) {
    Set<Permission> permissions = new HashSet<>();
    List<String> texts = table.strings("permissions", List.of());
    if (texts.isEmpty()) {
      table.problem("permissions", "name at least one, like [\"host.read\", \"job.*\"]");
    }
    for (String text : texts) {
      Glob glob = new Glob(text);
      List<Permission> meant =
          Arrays.stream(Permission.values()).filter(p -> glob.matches(p.text())).toList();
      if (meant.isEmpty()) {
        table.problem(
            "permissions",
            "\""
                + text
                + "\" is no permission; there are "
                + Arrays.stream(Permission.values())
                    .map(Permission::text)
                    .collect(Collectors.joining(", ")));
      }
      permissions.addAll(meant);
    }
    // Whoever may do anything may ask as whom it is known, and keep its certificate alive.
    permissions.add(Permission.CONTROLLER_READ);
    permissions.add(Permission.CERTIFICATE_RENEW);
    return permissions;
  }

  /** A scope that narrows nothing reads as if it did. */
  private static void refuseUseless(ConfigSection table, Set<Permission> permissions, Scope scope) {
    Set<Permission.Narrowing> narrowed =
        permissions.stream().map(Permission::narrowing).collect(Collectors.toSet());
    boolean work = narrowed.contains(Permission.Narrowing.WORK);
    if (!scope.isEveryHost() && !work && !narrowed.contains(Permission.Narrowing.HOSTS)) {
      table.problem("selector", "it narrows none of the role's permissions; remove it");
    }
    if (table.has("bundles") && !work && !narrowed.contains(Permission.Narrowing.BUNDLES)) {
      table.problem("bundles", "they narrow none of the role's permissions; remove them");
    }
    for (String key : List.of("actions", "commands")) {
      if (table.has(key) && !work) {
        table.problem(key, "the role has no permission for jobs; remove it");
      }
    }
  }

  private static List<Glob> globs(ConfigSection table, String key) {
    List<Glob> globs = table.strings(key, List.of("*")).stream().map(Glob::new).toList();
    if (globs.stream().anyMatch(glob -> glob.text().isBlank())) {
      table.problem(key, "a pattern is empty; name what is meant, \"*\" stands for any characters");
    }
    return globs;
  }

  private static void operator(
      ConfigSection table, Set<String> roles, Map<String, Set<String>> operators) {
    String name = table.requiredString("name", "ann");
    Set<String> of = new TreeSet<>(table.strings("roles", List.of()));
    if (!table.has("roles")) {
      table.problem("roles", "name the operator's roles; [] takes all away");
    }
    for (String role : of) {
      if (!roles.contains(role)) {
        table.problem(
            "roles", "there is no role \"" + role + "\"; there are " + String.join(", ", roles));
      }
    }
    if (Optional.ofNullable(operators.put(name, of)).isPresent()) {
      table.problem("name", "\"" + name + "\" stands here twice; write one table");
    }
  }
}
