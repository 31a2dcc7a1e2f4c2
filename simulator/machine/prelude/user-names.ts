/** Names of the headers that a user program may call, and those that are neutral. A function that calls any other is kernel code. */
const words = (t: string): string[] => t.trim().split(/\s+/);

/** Names that do not make a function kernel code. */
export const USER_NAMES: ReadonlySet<string> = new Set(
  words(`
  open close read write pread pwrite ioctl lseek fsync poll mmap munmap waitpid printf puts fprintf dprintf free
  __pinscope_open __pinscope_file __pinscope_close __pinscope_disk __pinscope_mmap __pinscope_vla __pinscope_vla_end __pinscope_vla_free __pinscope_vm __pinscope_fork __pinscope_waitpid
  __pinscope_exit_process __pinscope_thread __pinscope_join __pinscope_malloc __pinscope_user_size __user_realloc __pinscope_memfd __exit_files __exit_vmas
  pipe pipe2 vmsplice splice tee process_vm_readv process_vm_writev readv writev preadv pwritev eventfd select epoll_create1 epoll_ctl epoll_wait dup dup2 fcntl
  fstat stat shm_open __pinscope_mremap __pinscope_secret strcasecmp strncasecmp strcat strncat isprint isupper islower strdup sort crc32_le
  __syscall_ret __rw __dio __vma_gone __vma_split_at __pinscope_sleep __pinscope_tick __pinscope_bug __pinscope_lock __pinscope_unlock __pinscope_current __pinscope_find_vma
  memcpy memmove memset memcmp strlen strcmp strncmp strcpy strncpy strcat strchr strrchr strstr strnlen snprintf sprintf simple_strtol
  simple_strtoul strtoul strtok_r strspn strcspn strpbrk bsearch __pinscope_tok tolower toupper isdigit isspace isalpha isxdigit isalnum hex_to_bin sort memchr sscanf __pinscope_random __pinscope_popcount __pinscope_ctz __pinscope_fls
  refcount mapcount pincount page pinned dirty writeback present swapped writable free_page_of byte_of disk device_data vmstat locked movable on_lru
  same_page faults shared_zero mlocked mem refs_held __pinscope_jiffies __pinscope_prepare __pinscope_wait __pinscope_wake`),
);
