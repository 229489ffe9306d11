/** Uses the product from outside: end-to-end tests and benchmarks. */
@NullMarked
package dev.hostler.lab;

import org.jspecify.annotations.NullMarked;
