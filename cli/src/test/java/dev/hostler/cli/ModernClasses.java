package dev.hostler.cli;

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
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Gives the classes of a jar the class file version of Java 8, with stack maps. The JVM keeps no
 * class older than Java 6 in its ahead-of-time cache, and picocli is compiled for Java 5: loading
 * and verifying it anew took an eighth of the time of a short command.
 */
final class ModernClasses {
  private ModernClasses() {}

  /** Rewrites the one jar of {@code lib} whose name begins with {@code prefix}, if it is old. */
  static void rewrite(Path lib, String prefix) throws IOException {
    Path jar;
    try (var files = Files.list(lib)) {
      jar =
          files.filter(f -> f.getFileName().toString().startsWith(prefix)).findAny().orElseThrow();
    }
    Path modern = Files.createTempFile(lib, "modern", ".tmp");
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(modern);
        ZipOutputStream out = new ZipOutputStream(file);
        URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
      ClassFile classes =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(loader).cached()));
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(entry.getName().endsWith(".class") ? modern(classes, bytes) : bytes);
      }
    }
    Files.move(modern, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] modern(ClassFile classes, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_8_VERSION) {
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
