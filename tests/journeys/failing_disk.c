/* A disk that fails on demand: while the file that FAILING names is there, nothing can be written into the database.
   What the file holds is the error's number, such as 5 (I/O error) or 30 (read-only file system). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int failing(const char *path) {
    const char *control = getenv("FAILING");
    int number = 0;
    if (!control || !strstr(path, "/amplifier.sqlite3") || access(control, R_OK)) return 0;
    FILE *file = fopen(control, "r");
    if (!file) return 0;
    if (fscanf(file, "%d", &number) != 1) number = 0;
    fclose(file);
    return number;
}

static int failing_fd(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return failing(path);
}

#define REFUSE(fd) do { int number = failing_fd(fd); if (number) { errno = number; return -1; } } while (0)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) { REFUSE(fd); return REAL(write)(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { REFUSE(fd); return REAL(pwrite)(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REFUSE(fd);
    return REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { REFUSE(fd); return REAL(fsync)(fd); }
int fdatasync(int fd) { REFUSE(fd); return REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { REFUSE(fd); return REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { REFUSE(fd); return REAL(ftruncate64)(fd, size); }

static int opened(const char *name, const char *path, int flags, mode_t mode) {
    int number = (flags & O_ACCMODE) == O_RDONLY ? 0 : failing(path);
    if (number == EROFS) { errno = number; return -1; }
    return ((int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, name))(path, flags, mode);
}

#define MODE(flags, mode) va_list words; va_start(words, flags); \
    mode_t mode = (flags) & O_CREAT ? va_arg(words, mode_t) : 0; va_end(words)

int open(const char *path, int flags, ...) { MODE(flags, mode); return opened("open", path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode); return opened("open64", path, flags, mode); }
