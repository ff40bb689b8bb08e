/* What a process writes into the files of one folder, and when it asks for it to be safe, as a log of its own.

   Loaded before the C library (LD_PRELOAD). OTKLIK_RECORDED is the folder, with a slash at its end; OTKLIK_RECORD
   the log. A record: a struct head, the path's bytes, the data's bytes; one system call each, so that threads do not
   mix. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    char what; /* 'w'rite, 't'runcate, 's'ync, 'u'nlink */
    char pad[3];
    uint32_t path;
    uint64_t at; /* offset of a write, length after a truncation */
    uint64_t size;
} __attribute__((packed));

static int is_ours(const char *path) {
    const char *folder = getenv("OTKLIK_RECORDED");
    return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static void record(char what, const char *path, uint64_t at, const void *data, uint64_t size) {
    static int log = -1;
    if (log < 0) {
        const char *name = getenv("OTKLIK_RECORD");
        log = name == NULL ? -1 : open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log < 0) abort();
    }
    struct head head = {.what = what, .path = strlen(path), .at = at, .size = size};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)data, size}};
    if (syscall(SYS_writev, log, parts, 3) != (ssize_t)(sizeof head + head.path + size)) abort();
}

static int named(int file, char *path, size_t room) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, room - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t wrote(ssize_t done, int file, const void *data, off64_t at) {
    char path[4096];
    if (done > 0 && named(file, path, sizeof path)) record('w', path, (uint64_t)at, data, (uint64_t)done);
    return done;
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    return wrote(ORIGINAL(pwrite64)(file, data, size, at), file, data, at);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    return wrote(ORIGINAL(pwrite)(file, data, size, at), file, data, at);
}

ssize_t write(int file, const void *data, size_t size) {
    char path[4096];
    off64_t at = named(file, path, sizeof path) ? lseek64(file, 0, SEEK_CUR) : 0;
    return wrote(ORIGINAL(write)(file, data, size), file, data, at);
}

static int cut(int done, int file, off64_t size) {
    char path[4096];
    if (done == 0 && named(file, path, sizeof path)) record('t', path, (uint64_t)size, NULL, 0);
    return done;
}

int ftruncate64(int file, off64_t size) { return cut(ORIGINAL(ftruncate64)(file, size), file, size); }

int ftruncate(int file, off_t size) { return cut(ORIGINAL(ftruncate)(file, size), file, size); }

static int synced(int done, int file) {
    char path[4096];
    if (done == 0 && named(file, path, sizeof path)) record('s', path, 0, NULL, 0);
    return done;
}

int fsync(int file) { return synced(ORIGINAL(fsync)(file), file); }

int fdatasync(int file) { return synced(ORIGINAL(fdatasync)(file), file); }

int unlink(const char *path) {
    int done = ORIGINAL(unlink)(path);
    if (done == 0 && is_ours(path)) record('u', path, 0, NULL, 0);
    return done;
}
