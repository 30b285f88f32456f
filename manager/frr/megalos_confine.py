#!/usr/bin/python3 -I
# Written by the Megalos manager: loads FRR's filter of system calls, then becomes a command.
#
# Arguments: the command. The filter stays with the process and with all that it starts. FRR is
# worth more than the filter: where the kernel has none, FRR runs without.
import ctypes, os, sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


code = bytes.fromhex(FILTER)
program = Program(len(code) // 8, code)
prctl = ctypes.CDLL(None, use_errno=True).prctl
words = [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0]
if prctl(*map(ctypes.c_ulong, words)) != 0:
    why = os.strerror(ctypes.get_errno())
    print(f"FRR runs without a filter of system calls: {why}", file=sys.stderr, flush=True)
os.execv(sys.argv[1], sys.argv[1:])
