using System.Runtime.InteropServices;
using System.Text;

namespace IOLoops.Sources.Interop;

/// <summary>An array of C strings that ends with a null pointer, as <c>argv</c> and <c>environ</c> are.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private void* _block;

    internal NativeStrings(IReadOnlyList<string> strings)
    {
        nuint pointers = (nuint)((strings.Count + 1) * sizeof(byte*));
        nuint size = pointers;
        foreach (string text in strings)
            size += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        _block = NativeMemory.Alloc(size);
        byte* place = (byte*)_block + pointers;
        byte* end = (byte*)_block + size;
        for (int i = 0; i < strings.Count; i++)
        {
            Pointers[i] = place;
            place += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(place, (int)(end - place)));
            *place++ = 0;
        }
        Pointers[strings.Count] = null;
    }

    internal byte** Pointers => (byte**)_block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
