-- error: 'package' is not defined
package.loadlib("libc.so.6", "system")
