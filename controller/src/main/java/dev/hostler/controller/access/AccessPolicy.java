package dev.hostler.controller.access;

import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostSelector;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Who may do what: the one place that decides. Nothing is allowed that no role allows. What several
 * roles allow adds up, but each single thing (a permission, for one host, for one action) must be
 * allowed by one role as a whole. Thread-safe.
 */
public final class AccessPolicy {
  private static final int SHOWN = 5;

  private final Map<String, List<Granted>> roles = new LinkedHashMap<>();

  /** A role, and its selector compiled. */
  private record Granted(Role role, HostSelector hosts) {
    boolean has(Permission permission) {
      return role.permissions().contains(permission);
    }

    boolean reaches(Host host) {
      // Whether a host is connected must not decide who may do what to it.
      return role.scope().isEveryHost() || hosts.matches(host, false);
    }
  }

  /**
   * The built-in roles and those of the configuration.
   *
   * @throws dev.hostler.controller.host.SelectorException if a role's selector does not parse
   */
  public AccessPolicy(AccessConfig config, HostSelector.Compiler selectors) {
    for (Role role : Role.BUILT_IN) {
      add(role, (_, _) -> true);
    }
    for (Role role : config.roles()) {
      add(role, selectors.compile(role.scope().selector()));
    }
  }

  private void add(Role role, HostSelector hosts) {
    roles.computeIfAbsent(role.name(), _ -> new ArrayList<>()).add(new Granted(role, hosts));
  }

  /** The names of all roles. */
  public Set<String> roleNames() {
    return java.util.Collections.unmodifiableSet(roles.keySet());
  }

  /** May this operator do that to anything at all? */
  public boolean allows(Operator operator, Permission permission) {
    return !granted(operator, permission).isEmpty();
  }

  /**
   * Asks for a permission, to be used on something.
   *
   * @param what is done, for the message; for example the name of a method
   * @throws AccessDeniedException if no role of the operator has it
   */
  public void require(Operator operator, Permission permission, String what) {
    if (!allows(operator, permission)) {
      throw new AccessDeniedException(
          "%s may not %s: needs the permission %s, which %s; %s"
              .formatted(operator.text(), what, permission.text(), whoHas(permission), fix()));
    }
  }

  /**
   * Asks for a permission on a host.
   *
   * @throws AccessDeniedException if no role of the operator has it there
   */
  public void requireHost(Operator operator, Permission permission, Host host, String what) {
    require(operator, permission, what);
    if (!sees(operator, permission).test(host)) {
      throw new AccessDeniedException(
          "%s may not %s host %s: the permission %s reaches only %s; %s"
              .formatted(
                  operator.text(),
                  what,
                  host.name(),
                  permission.text(),
                  selectors(granted(operator, permission)),
                  fix()));
    }
  }

  /** Which hosts the operator's permission reaches. */
  public Predicate<Host> sees(Operator operator, Permission permission) {
    List<Granted> granted = granted(operator, permission);
    return host -> granted.stream().anyMatch(role -> role.reaches(host));
  }

  /** Does the operator's permission reach every host? Then none needs to be looked at. */
  public boolean seesAll(Operator operator, Permission permission) {
    return granted(operator, permission).stream()
        .anyMatch(granted -> granted.role().scope().isEveryHost());
  }

  /**
   * Asks for a permission on a bundle.
   *
   * @throws AccessDeniedException if no role of the operator has it
   */
  public void requireBundle(Operator operator, Permission permission, String bundle, String what) {
    require(operator, permission, what);
    List<Granted> granted = granted(operator, permission);
    if (!seesBundles(operator, permission).test(bundle)) {
      throw new AccessDeniedException(
          "%s may not %s bundle %s: the permission %s reaches only bundles %s; %s"
              .formatted(
                  operator.text(),
                  what,
                  bundle,
                  permission.text(),
                  granted.stream()
                      .map(role -> Glob.shown(role.role().scope().bundles()))
                      .distinct()
                      .collect(Collectors.joining(", ")),
                  fix()));
    }
  }

  /** Which bundles, by name, the operator's permission reaches. */
  public Predicate<String> seesBundles(Operator operator, Permission permission) {
    List<Granted> granted = granted(operator, permission);
    return bundle -> granted.stream().anyMatch(role -> role.role().scope().hasBundle(bundle));
  }

  /**
   * Asks for a permission on work on hosts.
   *
   * @param hosts asked for only if a role's selector must be tried
   * @param what is done, for the message; for example "run"
   * @throws AccessDeniedException if for some host no role of the operator has it for this work
   */
  public void requireWork(
      Operator operator,
      Permission permission,
      AskedWork work,
      Supplier<? extends Collection<Host>> hosts,
      String what) {
    require(operator, permission, what);
    List<Granted> able = able(operator, permission, work);
    if (able.isEmpty()) {
      throw new AccessDeniedException(
          "%s may not %s %s: the permission %s reaches only %s; %s"
              .formatted(
                  operator.text(),
                  what,
                  work.text(),
                  permission.text(),
                  granted(operator, permission).stream()
                      .map(AccessPolicy::work)
                      .distinct()
                      .collect(Collectors.joining("; or ")),
                  fix()));
    }
    if (able.stream().anyMatch(role -> role.role().scope().isEveryHost())) {
      return;
    }
    List<String> out =
        hosts.get().stream()
            .filter(host -> able.stream().noneMatch(role -> role.reaches(host)))
            .map(Host::name)
            .sorted()
            .toList();
    if (!out.isEmpty()) {
      throw new AccessDeniedException(
          "%s may not %s %s on %s: the permission %s for it reaches only %s; leave these hosts out, or %s"
              .formatted(
                  operator.text(),
                  what,
                  work.text(),
                  shown(out),
                  permission.text(),
                  selectors(able),
                  fix()));
    }
  }

  /** {@link #requireWork} as a question; for lists. */
  public boolean allowsWork(
      Operator operator,
      Permission permission,
      AskedWork work,
      Supplier<? extends Collection<Host>> hosts) {
    List<Granted> able = able(operator, permission, work);
    if (able.isEmpty() || able.stream().anyMatch(role -> role.role().scope().isEveryHost())) {
      return !able.isEmpty();
    }
    return hosts.get().stream()
        .allMatch(host -> able.stream().anyMatch(role -> role.reaches(host)));
  }

  private List<Granted> able(Operator operator, Permission permission, AskedWork work) {
    return granted(operator, permission).stream()
        .filter(role -> role.role().scope().hasWork(work, permission == Permission.JOB_READ))
        .toList();
  }

  private List<Granted> granted(Operator operator, Permission permission) {
    return operator.roles().stream()
        .flatMap(name -> roles.getOrDefault(name, List.of()).stream())
        .filter(role -> role.has(permission))
        .toList();
  }

  private String whoHas(Permission permission) {
    List<String> having =
        roles.entrySet().stream()
            .filter(role -> role.getValue().stream().anyMatch(one -> one.has(permission)))
            .map(Map.Entry::getKey)
            .toList();
    return (having.size() == 1 ? "role " : "roles ")
        + String.join(", ", having)
        + (having.size() == 1 ? " has" : " have");
  }

  private static String fix() {
    return "ask for a certificate with such a role (SAN URI hostler://role/ROLE), or for an"
        + " [[operator]] or [[role]] table in controller.toml";
  }

  private static String selectors(List<Granted> granted) {
    return granted.stream()
        .map(role -> "hosts with " + role.role().scope().selector())
        .distinct()
        .collect(Collectors.joining(" or "));
  }

  private static String work(Granted granted) {
    Scope scope = granted.role().scope();
    return "actions "
        + Glob.shown(scope.actions())
        + " of bundles "
        + Glob.shown(scope.bundles())
        + (scope.commands() ? ", and commands" : ", no commands");
  }

  private static String shown(List<String> names) {
    return (names.size() == 1 ? "host " : "hosts ")
        + String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
