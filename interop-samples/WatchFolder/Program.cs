using System.Runtime.InteropServices;
using System.Text;
using IOLoops;
using Microsoft.Win32.SafeHandles;

string folder = Directory.CreateTempSubdirectory("watch-").FullName;
using var inotify = new SafeFileHandle(inotify_init1(0x80000 /* IN_CLOEXEC */), ownsHandle: true);
if (inotify_add_watch((int)inotify.DangerousGetHandle(), folder, 0x8 /* IN_CLOSE_WRITE */) < 0)
    throw new IOException($"cannot watch {folder}", Marshal.GetLastPInvokeError());

using var loop = new PollIOLoop();
byte[] events = new byte[4096]; // of struct inotify_event: 12 bytes, the name's length, the name
loop.AddHandler(inotify, (_, _) =>
{
    int count = RandomAccess.Read(inotify, events, 0);
    for (int at = 0, length; at < count; at += 16 + length)
    {
        length = BitConverter.ToInt32(events, at + 12);
        Console.WriteLine($"{Encoding.UTF8.GetString(events, at + 16, length).TrimEnd('\0')} is complete");
    }
    loop.Stop();
}, IOEvents.Read);

var report = File.CreateText(Path.Combine(folder, "report.csv"));
loop.CallLater(TimeSpan.FromSeconds(0.1), () => { report.WriteLine("month,sum"); report.Flush(); Console.WriteLine("half of it written"); });
loop.CallLater(TimeSpan.FromSeconds(0.2), () => { report.WriteLine("May,1234"); report.Close(); Console.WriteLine("closed"); });
loop.Start();
Directory.Delete(folder, recursive: true);

[DllImport("libc", SetLastError = true)] static extern int inotify_init1(int flags);
[DllImport("libc", SetLastError = true)] static extern int inotify_add_watch(int fd, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mask);
