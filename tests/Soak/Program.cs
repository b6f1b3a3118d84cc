using System.Reflection;
using Soak.Checking;
using Soak.Plants;

namespace Soak;

/// <summary>Works loops of all kinds for as long as it is asked to, and checks everything that they do. See README.md.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["plants"])
        {
            foreach (var fault in Enum.GetValues<PlantedFault>().Where(static fault => fault != PlantedFault.None))
                Console.WriteLine($"{fault} {typeof(PlantedFault).GetField(fault.ToString())!.GetCustomAttribute<ExpectedAttribute>()!.Violation}");
            return 0;
        }
        if (Options.Parse(arguments, out string problem) is not { } options)
        {
            Console.Error.WriteLine(problem);
            return 2;
        }
        Patience.Bound = options.Bound;
        return new Session(options).Run() ? 0 : 1;
    }
}
