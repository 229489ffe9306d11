package dev.hostler.common.build;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites jars whose classes the JVM would not keep in its archive or ahead-of-time cache: those
 * for a class file version before Java 6 (picocli), and those of signed jars (Bouncy Castle), whose
 * signatures it would also check at each start. Nothing relies on these signatures: what installs
 * Hostler vouches for all its files.
 */
public final class CacheableJars {
  private static final List<String> REWRITTEN =
      List.of("picocli-", "bcprov-", "bcpkix-", "bcutil-");
  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

  private CacheableJars() {}

  /** Rewrites those of the folder that the one argument names. */
  public static void main(String[] args) throws IOException {
    rewrite(Path.of(args[0]));
  }

  /**
   * Rewrites those of {@code lib}. The result depends on the originals only, their times included:
   * the JVM takes a cache only with the very files it was made with, and every build copies the
   * originals again.
   */
  public static void rewrite(Path lib) throws IOException {
    List<Path> jars;
    try (var files = Files.list(lib)) {
      jars = files.toList();
    }
    for (Path jar : jars) {
      if (REWRITTEN.stream().anyMatch(jar.getFileName().toString()::startsWith)) {
        rewrite(jar, Files.createTempFile(lib, "rewritten", ".tmp"));
      }
    }
  }

  private static void rewrite(Path jar, Path target) throws IOException {
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(target);
        ZipOutputStream out = new ZipOutputStream(file);
        URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
      ClassFile classes =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(loader).cached()));
      for (ZipEntry entry : Collections.list(in.entries())) {
        if (SIGNATURE.matcher(entry.getName()).matches()) {
          continue;
        }
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(rewritten(entry.getName(), bytes, classes));
      }
    }
    Files.setLastModifiedTime(target, Files.getLastModifiedTime(jar));
    Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(jar));
    Files.move(target, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] rewritten(String name, byte[] bytes, ClassFile classes) throws IOException {
    if (name.equals(JarFile.MANIFEST_NAME)) {
      return withoutDigests(bytes);
    }
    return name.endsWith(".class") ? modern(classes, bytes) : bytes;
  }

  /**
   * The manifest of a signed jar has a section for each file; thousands would be read each time.
   */
  private static byte[] withoutDigests(byte[] bytes) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
    manifest.getEntries().clear();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    return out.toByteArray();
  }

  private static byte[] modern(ClassFile classes, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_8_VERSION || model.isModuleInfo()) {
      return bytes;
    }
    return classes.transformClass(
        model,
        (builder, element) -> {
          switch (element) {
            case ClassFileVersion _ -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            // Read and written again, which makes the stack maps.
            case MethodModel method ->
                builder.transformMethod(
                    method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
            default -> builder.with(element);
          }
        });
  }
}
